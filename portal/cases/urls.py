"""Inquiries, below the language."""

from django.urls import path

from portal.cases import views

urlpatterns = [
    path("", views.case_list, name="case_list"),
    path("new/", views.new, name="case_new"),
    path("finish/", views.finish, name="case_finish"),
    path("suggest/", views.suggest, name="case_suggest"),
    path("<str:number>/", views.detail, name="case"),
    path("<str:number>/reply/", views.reply, name="case_reply"),
    path("<str:number>/solve/", views.solve, name="case_solve"),
    path("<str:number>/rate/", views.rate, name="case_rate"),
    path("<str:number>/files/<int:pk>/", views.attachment, name="case_file"),
]
