"""The desk's pages. `portal.customers.doors` lets only agents in."""

from django.urls import path

from portal.desk import cases, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("chats/<uuid:chat>/", views.desk, name="desk_chat"),
    path("chats/<uuid:chat>/about/", views.about, name="desk_about"),
    path("chats/<uuid:chat>/notes/", views.notes, name="desk_notes"),
    path("cases/", cases.index, name="desk_cases"),
    path("cases/<str:number>/", cases.case, name="desk_case"),
    path("cases/<str:number>/answer/", cases.answer, name="desk_case_answer"),
    path("cases/<str:number>/assign/", cases.assign, name="desk_case_assign"),
    path("cases/<str:number>/solve/", cases.solve, name="desk_case_solve"),
    path("cases/<str:number>/files/<int:pk>/", cases.attachment, name="desk_case_file"),
    path("customer/<int:pk>/", views.customer, name="desk_customer"),
]
